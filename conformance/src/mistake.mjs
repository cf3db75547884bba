/** What a client did that it should not have, or has not done that it should. */
export class Mistake extends Error {}
