import { json } from 'node:stream/consumers';

const { order, paid } = await json(process.stdin);
console.log(JSON.stringify({ order, paid, parcel: `parcel-${order}` }));
