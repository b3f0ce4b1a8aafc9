// The way in for `npm run demo`.
import { runScript } from "./run-script.mjs";

runScript("./demo.ts");
