// The setting of agents that answer in JSON: what happens to numbers that JavaScript cannot hold, such as integers of 64 bits.
import { z } from 'zod';

export const BigNumbersSetting = z.enum(['refuse', 'text']);

export const BIG_NUMBERS_HINT = 'or set bigNumbers: text, and each such number becomes text';
