// Matches the writes and reads of one direction of a connection by their bytes.

/**
 * One direction of a connection. Both sides count their bytes from 0. A write and a read with overlapping ranges
 * are linked. A read may have an earlier timestamp than its write, if the recorder takes a write's time at its end.
 */
export class FlowDirection {
  #sent = 0;
  #received = 0;
  #writes = [];
  #reads = [];
  #end = null;
  #endSeen = null;

  constructor(link) {
    this.link = link;
  }

  /** Handles a write of so many bytes. */
  addWrite(seq, bytes) {
    this.#writes.push({ seq, from: this.#sent, to: (this.#sent += bytes) });
    this.#match();
  }

  /** Handles a read of so many bytes. */
  addRead(seq, bytes) {
    this.#reads.push({ seq, from: this.#received, to: (this.#received += bytes) });
    this.#match();
  }

  #match() {
    while (this.#writes.length > 0 && this.#reads.length > 0) {
      const [write, read] = [this.#writes[0], this.#reads[0]];
      const bytes = Math.min(write.to, read.to) - Math.max(write.from, read.from);
      if (bytes > 0) this.link({ from: write.seq, to: read.seq, kind: "bytes", bytes });
      const until = Math.min(write.to, read.to);
      if (write.to === until) this.#writes.shift();
      if (read.to === until) this.#reads.shift();
    }
  }

  /** Forgets writes and reads without a match before `seq`. */
  forget(seq) {
    this.#writes = this.#writes.filter((write) => write.seq >= seq);
    this.#reads = this.#reads.filter((read) => read.seq >= seq);
  }

  /** Handles the end of sending. Only the first such call sends a FIN. */
  addEnd(seq) {
    if (this.#end !== null) return;
    this.#end = seq;
    this.#matchEnd();
  }

  /** Handles the receiver's read of the end. */
  addEndSeen(seq) {
    if (this.#endSeen !== null) return;
    this.#endSeen = seq;
    this.#matchEnd();
  }

  #matchEnd() {
    if (this.#end === null || this.#endSeen === null) return;
    this.link({ from: this.#end, to: this.#endSeen, kind: "end", bytes: 0 });
  }
}
