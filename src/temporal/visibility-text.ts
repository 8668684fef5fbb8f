/** Text in a query of visibility: Temporal reads a backslash and a doubled quote as in SQL. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
