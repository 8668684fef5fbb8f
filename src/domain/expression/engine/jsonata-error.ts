/** An error like those of JSONata: the evaluator makes the message from the code and the values. */
export const jsonataError = (code: string, values: Readonly<Record<string, unknown>>): Error =>
  Object.assign(new Error(code), { code, ...values });
