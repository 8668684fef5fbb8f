import pc from 'picocolors';
import { pictureText, type Picture } from '../../domain/picture.js';
import { statusLook } from '../../domain/status-look.js';
import type { TaskStatus } from '../../domain/status.js';
import type { PictureOptions } from './index.js';

export function renderText(picture: Picture, { colour = false, limit }: PictureOptions): string {
  const colours = pc.createColors(colour);
  const paint = (text: string, status: TaskStatus) => colours[statusLook[status].terminal](text);
  return `${pictureText(picture, { paint, ...(limit === undefined ? {} : { limit }) })}\n`;
}
