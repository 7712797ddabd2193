/** A file being written; nothing is seen under its name before `commit`. */
export interface FileSink {
  write(bytes: Uint8Array, position: number): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}
