import {scenario} from '../harness/scenario/scenario.ts';
import {usualReach} from './reach.ts';
import {nginx} from './workloads/nginx.ts';

scenario('serves its welcome page', {workload: nginx, reach: usualReach});
