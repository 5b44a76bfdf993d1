/** Label of an Allure result with the class of the failure; the categories of the report go by it. */
export const FAILURE_CLASS_LABEL = 'failureClass';
