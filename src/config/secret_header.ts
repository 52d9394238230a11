/** Which headers of a request are credentials. */

/** True for a header whose value authenticates whoever sends it. */
export function isSecretHeader(name: string): boolean {
  return /auth|cookie|token|secret|key|password|credential|signature|session/i.test(name);
}
