import { wellFormedError } from '../domain/text/well-formed.js';

/** Wraps a validator: its error may quote the message, and half a surrogate pair in it would end the worker. */
export const failingWellFormed =
  <Parameters extends unknown[], Result>(handler: (...parameters: Parameters) => Result) =>
  (...parameters: Parameters): Result => {
    try {
      return handler(...parameters);
    } catch (error) {
      throw wellFormedError(error);
    }
  };
