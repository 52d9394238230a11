/** Certificates and keys that never change, by the names of their files. */

export function pem(name: string): string {
  return Deno.readTextFileSync(new URL(`../testdata/pem/${name}.pem`, import.meta.url));
}
