// A value that is here already, or a promise of it. Temporal notes a stack for every promise that Workflow code makes, which
// costs more than most of what the promise is for: what can be told at once is told without one.

export type Soon<T> = { readonly value: T } | Promise<T>;

export const here = <T>(value: T): Soon<T> => ({ value });

export function andThen<T, U>(soon: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  if (!(soon instanceof Promise)) return next(soon.value);
  return soon.then((value) => inTime(next(value)));
}

/** All of them, in order; at once if each is here. */
export function allSoon<T>(soons: readonly Soon<T>[]): Soon<T[]> {
  if (soons.some((soon) => soon instanceof Promise)) return Promise.all(soons.map(inTime));
  return here(soons.map((soon) => (soon as { readonly value: T }).value));
}

export const inTime = <T>(soon: Soon<T>): T | Promise<T> => (soon instanceof Promise ? soon : soon.value);

/**
 * What a promise comes to, read as something else on the way. It makes no promise of its own, but each `then` reads anew: for
 * one reader.
 */
export function reading<T, U>(
  promise: PromiseLike<T>,
  value: (value: T) => U,
  reason: (reason: unknown) => U,
): PromiseLike<U> {
  return {
    then: ((onValue: (read: U) => unknown, onReason: (reason: unknown) => unknown) => {
      const attempt = (read: () => U): unknown => {
        let made: U;
        try {
          made = read();
        } catch (error) {
          return onReason(error);
        }
        return onValue(made);
      };
      return promise.then(
        (given) => attempt(() => value(given)),
        (error: unknown) => attempt(() => reason(error)),
      );
    }) as PromiseLike<U>['then'],
  };
}
