/** Keys of the file (`server_name`) as the program writes them (`serverName`). */

type Camel<Key extends string> = Key extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : Key;

type CamelKeys<T> = { [Key in keyof T as Camel<Key & string>]: T[Key] };

export function camelKeys<T extends object>(settings: T): CamelKeys<T> {
  const entries = Object.entries(settings).map(([key, value]) => [
    key.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    value,
  ]);
  return Object.fromEntries(entries);
}
