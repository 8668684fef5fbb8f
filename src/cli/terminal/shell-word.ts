export { shellWord } from '../../domain/text/shell-word.js';
