// Who this tab is, for as long as it is open: a name, and tokens for it.

/** What the edge knows this tab as. */
const name = [...crypto.getRandomValues(new Uint8Array(3))]
  .map((byte) => byte.toString(16).padStart(2, "0"))
  .join("");

/** The subject of the tokens, and so what others see in `from`. */
export const guest = `guest-${name}`;

/** A fresh token, as an application would get it from its own backend. */
export async function token() {
  const answer = await fetch(`/demo/token?guest=${name}`, { method: "POST" });
  if (!answer.ok) {
    throw new Error(`/demo/token answers ${answer.status}: ${await answer.text()}`);
  }
  return answer.text();
}
