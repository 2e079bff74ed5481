// The bytes of one direction of a connection: which read took what which write had handed over.

/**
 * One direction. Both ends count their bytes from 0; where a write and a read have the same numbers, bytes
 * went from one to the other. A read may come before its write: from recorders that stamp a write when it
 * returns.
 */
export class FlowWay {
  #sent = 0;
  #taken = 0;
  #writes = [];
  #reads = [];
  #end = null;
  #seenEnd = null;

  constructor(link) {
    this.link = link;
  }

  /** A write handed over that many bytes. */
  wrote(seq, bytes) {
    this.#writes.push({ seq, from: this.#sent, to: (this.#sent += bytes) });
    this.#match();
  }

  /** A read took that many. */
  took(seq, bytes) {
    this.#reads.push({ seq, from: this.#taken, to: (this.#taken += bytes) });
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

  /** Does not wait any longer for the other end of what was before `seq`. */
  forget(seq) {
    this.#writes = this.#writes.filter((write) => write.seq >= seq);
    this.#reads = this.#reads.filter((read) => read.seq >= seq);
  }

  /** The sender has finished. Only the first such call sends a FIN. */
  ended(seq) {
    if (this.#end !== null) return;
    this.#end = seq;
    this.#matchEnd();
  }

  /** The other side has been told so. */
  sawEnd(seq) {
    if (this.#seenEnd !== null) return;
    this.#seenEnd = seq;
    this.#matchEnd();
  }

  #matchEnd() {
    if (this.#end === null || this.#seenEnd === null) return;
    this.link({ from: this.#end, to: this.#seenEnd, kind: "end", bytes: 0 });
  }
}
