// Three booking services on one port, with a ledger of what is booked. Invariants:
// 1. A key books once: the same Idempotency-Key gets the same answer, however often it comes.
// 2. A cancellation is known by the key of its booking and `:compensate`, so it finds a booking whose answer was lost.
// 3. What was cancelled before it was booked is never booked: a late call finds the key used up.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const KINDS = ['flight', 'hotel', 'car'] as const;
type Kind = (typeof KINDS)[number];

const Order = z.object({ trip: z.string(), city: z.string() });

export interface Booking extends z.infer<typeof Order> {
  readonly id: string;
  readonly kind: Kind;
}

export interface TravelOptions {
  /** Cars that there are. */
  readonly cars: number;
  /** The kind whose first booking is made, and whose answer then never arrives. */
  readonly losesAnswerOf?: Kind;
}

export interface TravelService {
  readonly url: string;
  /** What is booked now. */
  ledger(this: void): Booking[];
  /** What was asked for, in order: `book flight ada: f-1`. */
  journal(this: void): readonly string[];
  close(this: void): Promise<void>;
}

export async function startTravelService(options: TravelOptions): Promise<TravelService> {
  const desk = createDesk(options);
  const server = createServer((request, response) => {
    answer(desk, request, response).catch((error: unknown) => send(response, 500, { error: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ledger: desk.ledger,
    journal: () => desk.journal,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

type Desk = ReturnType<typeof createDesk>;

function createDesk({ cars, losesAnswerOf }: TravelOptions) {
  // `null`: the key was cancelled.
  const byKey = new Map<string, Booking | null>();
  const journal: string[] = [];
  const ledger = (): Booking[] => [...byKey.values()].filter((booking) => booking !== null);
  let lost = false;
  let count = 0;
  return {
    journal,
    ledger,
    /** `undefined`: there is none left. */
    book(kind: Kind, key: string, order: z.infer<typeof Order>): Booking | undefined {
      const known = byKey.get(key);
      if (known !== undefined) {
        journal.push(`book ${kind} ${order.trip}: known already`);
        return known ?? undefined;
      }
      if (kind === 'car' && ledger().filter((booking) => booking.kind === 'car').length >= cars) {
        journal.push(`book car ${order.trip}: sold out`);
        return undefined;
      }
      const booking = { id: `${kind}-${++count}`, kind, trip: order.trip, city: order.city };
      byKey.set(key, booking);
      journal.push(`book ${kind} ${order.trip}: ${booking.id}`);
      return booking;
    },
    cancel(kind: Kind, key: string): boolean {
      const booking = byKey.get(key);
      byKey.set(key, null);
      journal.push(`cancel ${kind}: ${booking?.id ?? 'nothing'}`);
      return booking != null;
    },
    /** True once, for the kind whose answer gets lost. */
    loses(kind: Kind): boolean {
      if (lost || kind !== losesAnswerOf) return false;
      return (lost = true);
    },
  };
}

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, first, action] = (request.url ?? '').split('/');
  const kind = KINDS.find((one) => one === first);
  const key = request.headers['idempotency-key'];
  if (kind === undefined || typeof key !== 'string')
    return send(response, 404, { error: 'no such service, or no key' });
  if (action === 'cancel')
    return send(response, 200, { cancelled: desk.cancel(kind, key.replace(/:compensate$/, '')) });
  const order = Order.safeParse(await json(request));
  if (!order.success) return send(response, 400, { error: 'expected trip and city' });
  const booking = desk.book(kind, key, order.data);
  if (booking === undefined) return send(response, 409, { error: `no ${kind} is left in ${order.data.city}` });
  if (desk.loses(kind)) return void request.socket.destroy();
  send(response, 200, { booking: booking.id });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
