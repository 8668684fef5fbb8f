import { expect, test } from 'vitest';
import { jobIn } from '../../../src/domain/call/job.js';

test('a job in the progress of an attempt is found, with its page', () => {
  const job = {
    id: 'run-1',
    link: 'https://airflow.example.com/dags/a%20b/runs/run-1?tab=x',
    state: 'running',
    progress: 3,
  };
  expect(jobIn({ job, round: 1 })).toEqual(job);
  expect(jobIn({ done: 1 })).toBeUndefined();
});

test.each([
  ['javascript:alert(1)'],
  ['data:text/html,<script>alert(1)</script>'],
  ['https://example.com/"><img src=x onerror=alert(1)>'],
  ['https://example.com/\u001b[2J'],
  ['https://example.com/ baton approve other'],
  [`https://example.com/${'x'.repeat(3_000)}`],
  ['example.com'],
])('a link that is not the address of a page is left out: %s', (link) => {
  expect(jobIn({ job: { id: 'a', link } })).toEqual({ id: 'a' });
});

test('what a person must do, and the id of the job, are cut', () => {
  const { id, waitsFor } = jobIn({ job: { id: 'i'.repeat(200_000), waitsFor: 'w'.repeat(200_000) } })!;
  expect([id.length, waitsFor?.length]).toEqual([500, 500]);
});
