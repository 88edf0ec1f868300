/** A Redis server that a test may stop, kill, freeze and start again, always at one address. */
export interface TestRedisServer {
  readonly host: string;
  readonly port: number;
  /** Of its process on this machine; undefined while it is down, and in a container. */
  readonly pid?: number;
  /** Ends it in an orderly way and removes everything it left behind. */
  stop(): Promise<void>;
  /** Ends it as a power cut would; its data directory stays. */
  kill(): Promise<void>;
  /** Starts it again at the same port, with its data directory unless `empty`. */
  restart(options?: RestartOptions): Promise<void>;
  /** Freezes it: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** How a server comes back. */
export interface RestartOptions {
  /** Wipes the data directory first. */
  empty?: boolean;
}
