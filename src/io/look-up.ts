/** Looks up untrusted names in tables. */

/** The table's own entry; undefined for names that every object has, such as `constructor`. */
export function lookUp<T>(table: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
}
