import { httpAgent } from 'baton-orchestrator';
import { z } from 'zod';

const Order = z.object({ trip: z.string(), city: z.string() });
const Booked = z.object({ booking: z.string() });
/** Without a booking where its answer was lost: the service then knows it by its key. */
const Cancellation = z.object({ booking: z.string().optional() });
const Cancelled = z.object({ cancelled: z.boolean() });

/** An agent that books and one that undoes it, for each of the three services. */
export function travelAgents(url: string) {
  const booker = (kind: string) =>
    httpAgent({ type: `${kind}-booker`, url: `${url}/${kind}`, input: Order, output: Booked });
  const canceller = (kind: string) =>
    httpAgent({ type: `${kind}-canceller`, url: `${url}/${kind}/cancel`, input: Cancellation, output: Cancelled });
  return {
    flight: booker('flight'),
    hotel: booker('hotel'),
    car: booker('car'),
    cancelFlight: canceller('flight'),
    cancelHotel: canceller('hotel'),
    cancelCar: canceller('car'),
  };
}

export type TravelAgents = ReturnType<typeof travelAgents>;
