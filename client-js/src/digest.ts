/**
 * A number for a set of users, whatever their order: that of another set is another one, but for one
 * in four billion. docs/protocol.md has it in words.
 */
export function digestOf(users: Iterable<string>): number {
  let sum = 0;
  for (const user of users) {
    let hash = 0x811c9dc5;
    for (let i = 0; i < user.length; i++) {
      hash = Math.imul(hash ^ user.charCodeAt(i), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    sum += (hash ^ (hash >>> 16)) >>> 0;
  }
  return sum % 2 ** 32;
}
