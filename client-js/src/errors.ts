/** What every error of this library is: `code` is for programs, `message` for people. */
export class MooringError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "MooringError";
    this.code = code;
  }
}
