import { definePlan } from 'baton-orchestrator';
import { z } from 'zod';
import type { TravelAgents } from './agents.js';

/** Books a flight, then a hotel, then a car; if one cannot be had, what was booked before is cancelled, newest first. */
export const bookTrip = (agents: TravelAgents) =>
  definePlan(
    'travel-booking',
    {
      description: 'Flight, hotel and car, or nothing',
      input: z.object({ traveller: z.string().min(1), city: z.string().min(1) }),
      defaults: { timeout: '10s', retry: { attempts: 4, initial: '100ms' } },
    },
    (p) => {
      const order = { trip: p.input.traveller, city: p.input.city };
      const flight = p.task('flight', agents.flight, order, {
        compensate: { agent: agents.cancelFlight, input: (output) => ({ booking: output.booking }) },
      });
      const hotel = p.task('hotel', agents.hotel, order, {
        needs: [flight],
        compensate: { agent: agents.cancelHotel, input: (output) => ({ booking: output.booking }) },
      });
      const car = p.task('car', agents.car, order, {
        needs: [hotel],
        compensate: { agent: agents.cancelCar, input: (output) => ({ booking: output.booking }) },
      });
      return p.output({ flight: flight.output.booking, hotel: hotel.output.booking, car: car.output.booking });
    },
  );
