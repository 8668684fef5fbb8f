// The agents of the demo, so that `npx baton` has some here: `npx baton solve "review the repository at ."`.
export { default } from './examples/code-review/baton.config.js';
