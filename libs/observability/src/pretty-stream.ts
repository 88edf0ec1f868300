import prettyFactory from 'pino-pretty';
import type { DestinationStream } from 'pino';

/** Lines for people, written by this process itself: a transport's worker file would get lost in a bundle. */
export function pretty(): DestinationStream {
  return prettyFactory({
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'app',
    errorLikeObjectKeys: ['err', 'error'],
  });
}
