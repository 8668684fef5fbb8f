// A program as an agent: JSON on stdin, JSON on stdout. A program that makes spans begins them below TRACEPARENT.
import { text } from 'node:stream/consumers';

const { city } = JSON.parse(await text(process.stdin));
const { TRACEPARENT: traceparent, BATON_CORRELATION_ID: correlationId } = process.env;
console.log(JSON.stringify({ price: city.length, traceparent, correlationId }));
