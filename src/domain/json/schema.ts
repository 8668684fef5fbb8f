/** A JSON Schema, draft 2020-12 or 07. */
export type JsonSchema = Readonly<Record<string, unknown>> | boolean;
