import {quoteWord, quoteWords} from '../../vms/transport/posix-quote.ts';
import {DISTRIBUTION_PLUGINS} from '../levels/ctr-dialect.ts';
import {bridgeConfiguration, pluginEnvironment, removalCommands} from '../network/cni.ts';
import {netnsCommands} from '../network/netns.ts';
import {inventoryScript} from '../teardown/inventory.ts';

const NAME = 'plumbline-warm-up';
const NETNS = {name: NAME, address: '192.168.9.1', outer: 'warm-up-outer', inner: 'warm-up-inner'};

const assignments = Object.entries(pluginEnvironment(NAME, `/run/netns/${NAME}`))
  .map(([name, value]) => `${name}=${value}`)
  .join(' ');

/**
 * Shell script that runs and removes a container of an image at every level, and lists what the machine holds: what the first cell would
 * have to read from the disk and to set up is in the machine's memory then. It leaves nothing else. It waits for nothing that an image need
 * not have, and passes over what fails, since to tell of that is the business of a cell.
 */
export const warmUpScript = async (image: string): Promise<string> => `exec >/dev/null 2>&1 </dev/null
name=${NAME} image=${quoteWord(image)} bundle=/var/lib/plumbline/${NAME}
for program in dockerd containerd crun curl; do $program --version; done

docker run --detach --name $name --publish 8080:80 "$image"
docker exec $name true
socat -d -d -t 0.02 - TCP4:127.0.0.1:8080,connect-timeout=2
docker stop --time 1 $name
docker start $name
docker rm --force --volumes $name

${netnsCommands(NETNS)
  .map(([, argv]) => quoteWords(argv))
  .join('\n')}
nsenter --net=/run/netns/$name true
ctr run --detach --with-ns network:/run/netns/$name "$image" $name
ctr tasks list
ctr tasks exec --exec-id exec $name true
ctr tasks kill --signal SIGKILL $name
ctr tasks delete --force $name
ctr containers delete $name
for command in ADD DEL; do
  CNI_COMMAND=$command ${assignments} ${DISTRIBUTION_PLUGINS}/bridge <<END
${bridgeConfiguration}
END
done
${removalCommands.map((argv) => quoteWords(argv)).join('\n')}

mkdir -p $bundle/rootfs
docker create --name $name "$image"
docker cp $name:/ $bundle/rootfs
docker inspect $name
docker rm --force $name
runc spec --bundle $bundle
sed -i -e 's/"terminal": true/"terminal": false/' -e 's/"sh"/"sleep", "60"/' $bundle/config.json
runc run --detach --bundle $bundle $name
runc state $name
runc exec $name true
runc delete --force $name
rm -rf /var/lib/plumbline
ip netns delete $name

perl - 60 <<'END-OF-INVENTORY'
${await inventoryScript()}
END-OF-INVENTORY
true
`;
