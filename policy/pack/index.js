/* eslint-disable @typescript-eslint/no-require-imports -- the engine loads packs as CommonJS */

// The engine registers ts-node before it loads a pack, which would type-check all of this project again and fail. tsx
// takes its place; `npm run typecheck` is where types are checked.
require("tsx/cjs/api").register();
require("./pack");
