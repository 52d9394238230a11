/** The least that answers a ping: a bare Deno.serve, which stores nothing. */
const { port } = JSON.parse(Deno.args[0]!) as { readonly port: number };

Deno.serve({ hostname: "127.0.0.1", port, onListen: () => console.log("It begins") }, () => {
  return new Response("OK");
});
