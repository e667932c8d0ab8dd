import type { OrderStatus } from '../../../shared/entities.ts'

/** From where to where an order may go. What is not listed is refused. Staying is always allowed and changes nothing. */
export const legalMoves: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['onHold', 'confirmed', 'processing', 'partiallyShipped', 'shipped', 'completed', 'cancelled'],
  onHold: ['pending', 'confirmed', 'processing', 'partiallyShipped', 'shipped', 'completed', 'cancelled'],
  confirmed: ['pending', 'onHold', 'processing', 'partiallyShipped', 'shipped', 'completed', 'cancelled'],
  processing: ['pending', 'onHold', 'confirmed', 'partiallyShipped', 'shipped', 'completed', 'cancelled'],
  partiallyShipped: ['onHold', 'shipped', 'completed', 'cancelled'],
  shipped: ['completed', 'cancelled'],
  completed: [],
  cancelled: [],
}

export const mayMove = (from: OrderStatus, to: OrderStatus): boolean => from === to || legalMoves[from].includes(to)
