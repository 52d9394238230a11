/** Credentials as a header has them. */

/** The value of `authorization` for a url with credentials. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return basicOf(decode(username), decode(password));
}

/** @see https://www.rfc-editor.org/rfc/rfc7617 */
export function basicOf(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** A percent sign that begins no escape is kept as it is. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
