// The picture as text, for terminals.
import { defined } from '../../domain/json/defined.js';
import type { Picture } from '../../domain/picture/picture.js';
import { pictureText } from '../../domain/picture/text.js';
import { statusLook } from '../../domain/picture/status-style.js';
import type { TaskStatus } from '../../domain/task-status.js';
import { createColours } from '../terminal/paint.js';
import type { PictureOptions } from './options.js';

export function renderText(picture: Picture, { colour = false, limit }: PictureOptions): string {
  const colours = createColours(colour);
  const paint = (text: string, status: TaskStatus) => colours[statusLook[status].terminal](text);
  return `${pictureText(picture, { paint, ...defined({ limit }) })}\n`;
}
