"use strict";

const { reporters } = require("mocha");

/** Mocha's own report, and below it one plain line that any tool can read. */
module.exports = class SummaryReporter extends reporters.Spec {
    constructor(runner, options) {
        super(runner, options);
        runner.once("end", () => {
            const { passes, failures } = runner.stats;
            process.stdout.write(`${passes} passed, ${failures} failed\n`);
        });
    }
};
