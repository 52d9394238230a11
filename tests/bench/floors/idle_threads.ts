/** The floor of an idle process: as many threads, which do nothing. */
const { workers } = JSON.parse(Deno.args[0]!) as { workers: number };

const source = URL.createObjectURL(new Blob(["onmessage = () => {};"]));
for (let n = 0; n < workers; n++) new Worker(source, { type: "module" });
console.log("It begins");
