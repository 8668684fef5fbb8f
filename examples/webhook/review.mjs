// A place for a reviewer of your own: this one only says what it was given.
import { json } from 'node:stream/consumers';

const { repository, commit, file } = await json(process.stdin);
console.log(JSON.stringify({ file, verdict: `${repository}@${commit.slice(0, 7)}: nothing to say about ${file}` }));
