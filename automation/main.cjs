"use strict";

// What `require("clawstack")` or `import` of it loads: the library's TypeScript, through tsx. Its types are in bin/types.
require("tsx/cjs/api").register();
const library = require("./index.ts");

exports.preview = library.preview;
exports.up = library.up;
exports.refresh = library.refresh;
exports.destroy = library.destroy;
exports.outputs = library.outputs;
exports.plan = library.plan;
exports.StackError = library.StackError;
exports.ConfigError = library.ConfigError;
exports.EngineMissingError = library.EngineMissingError;
exports.StackMissingError = library.StackMissingError;
exports.ConflictError = library.ConflictError;
exports.ProviderFailedError = library.ProviderFailedError;
exports.ChangesFoundError = library.ChangesFoundError;
exports.CancelledError = library.CancelledError;
exports.ProgramFailedError = library.ProgramFailedError;
exports.EngineFailedError = library.EngineFailedError;
