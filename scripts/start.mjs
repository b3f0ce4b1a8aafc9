// The way in for `npm start`.
import { runScript } from "./run-script.mjs";

runScript("./start.ts");
