export { orchestrate } from '../dist/workflows/index.js';
export { chainByHand, diamondByHand, fanOutByHand, layersByHand } from './by-hand.js';
