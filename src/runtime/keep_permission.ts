/** What node:net needs to try more than one address of a name in a thread with permissions. */
import type { Socket } from "node:net";

/** The parts of Deno's handle of a socket that are used here. */
interface TcpHandle {
  setNetPermToken(token: object): void;
}

/**
 * Lets every attempt of a socket have the permission of the name that it connects to; called when it
 * has begun to. Deno gives the first attempt alone what the name's lookup permits, refuses the others
 * with an error that nobody can catch, and never says so to the socket (2.9.6).
 */
export function keepPermission(socket: Socket): void {
  const handleOf = () => (socket as unknown as { readonly _handle?: TcpHandle })._handle;
  const first = handleOf();
  const take = first?.setNetPermToken;
  if (first === undefined || typeof take !== "function") return;
  let permission: object | undefined;
  first.setNetPermToken = (token) => {
    permission = token;
    take.call(first, token);
  };
  socket.on("connectionAttempt", () => {
    const handle = handleOf();
    if (handle !== first && permission !== undefined) handle?.setNetPermToken(permission);
  });
}
