/** Mutants that the tests of one Jest configuration must notice: `name`, which test, and the edits that take a mechanism out. */
export const within =
  (config) =>
  (name, test, ...edits) => ({ name, config, test, edits });
