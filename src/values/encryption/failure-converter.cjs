// Moves messages and stack traces of failures into a payload, which is encrypted like every other one. Temporal loads this file
// by its path (`failureConverterPath`), in the worker and in bundles of Workflow code.
// The bundle of the package serves workers with and without encryption, so code in front of it may set the global.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes: globalThis.batonClearFailures !== true,
});
