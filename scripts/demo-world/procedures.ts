/** How things are done in the valley: each procedure with its steps in order, told of somebody. */

/** Something that people do, step by step. */
export interface Procedure {
  readonly label: string
  /** In the third person, without the person. */
  readonly steps: readonly string[]
}

/** All procedures. Steps that sound alike belong to different ones, so that words alone do not tell what comes next. */
export const PROCEDURES: readonly Procedure[] = `
Making tea: fills the kettle with water; sets the kettle on the stove; waits until the water boils; pours the water over the leaves; drinks the tea with honey
Baking bread: sifts the flour into a bowl; kneads the dough with both hands; lets the dough rest under a cloth; puts the bread into the oven; carries the bread to the market
Cooking soup: cuts the roots into pieces; fills the pot with water; puts the roots into the pot; stirs the soup with the ladle; serves the soup in bowls
Mending a shirt: finds the hole in the shirt; pulls a thread through the needle; sews the hole with small stitches; cuts the thread with the teeth; folds the shirt into the chest
Building a shelf: measures the wall with the tape; cuts the planks with the saw; drives the nails with the hammer; hangs the shelf on the wall; puts the books on the shelf
Painting a fence: scrapes the old paint off the fence; stirs the paint in the bucket; dips the brush into the paint; covers the fence from end to end; hangs a sign on the fence
Planting beans: digs a row of holes with the spade; drops a bean into each hole; covers the holes with earth; carries water to the row; ties the beans to a pole
Clearing the yard: sweeps the stones with the broom; gathers the leaves with the rake; piles the leaves against the wall; sets the pile on fire; spreads the ashes under the elm
Catching herring: rows the boat out to sea; throws the net over the side; waits until the net is heavy; pulls the net into the boat; sells the herring in the harbour
Sailing home: finds north with the compass; turns the boat into the wind; keeps the lighthouse on the left; drops the anchor in the harbour; ties the boat to the pier
Shoeing a horse: leads the horse into the barn; heats the iron in the fire; shapes the iron on the anvil; nails the iron to the hoof; rides the horse around the yard
Shaping a bowl: softens the clay with water; throws the clay on the wheel; pulls up the sides of the bowl; bakes the bowl in the kiln; paints a bird on the bowl
Weaving a blanket: washes the wool in the river; spins the wool into thread; stretches the thread on the loom; weaves the thread into a blanket; spreads the blanket on the bed
Grinding grain: carries the sacks up the tower; opens the gates of the mill; pours the grain between the stones; weighs the flour on the scale; loads the flour on the cart
Calling the flock: climbs the hill behind the barn; rings the bell three times; counts the sheep at the gate; catches the last lamb with the crook; closes the gate for the night
Taking honey: pulls the veil over the face; blows smoke into the hive; lifts the comb out of the hive; lets the honey run into a jar; closes the jar with wax
Washing the floor: carries the chairs out of the hall; fills the bucket at the well; wets the mop in the bucket; wipes the floor from wall to wall; brings the chairs back into the hall
Teaching sums: opens the door of the school; writes the sums on the board; waits until all hands are up; asks the smallest child first; wipes the board with a sponge
Writing a letter: takes a sheet of paper; dips the pen into the ink; writes the name of a friend; closes the letter with wax; gives the letter to the rider
Making candles: melts the wax in a pot; hangs the string over the pot; dips the string into the wax; lets the candle cool on the sill; lights the candle at dusk
Feeding the hens: fills the apron with corn; opens the gate of the coop; throws the corn on the ground; looks for eggs in the straw; carries the eggs to the kitchen
Milking the cow: brings the cow into the byre; sits down on the stool; milks the cow into the bucket; pours the milk through a cloth; makes the milk into cheese
Picking plums: leans the ladder against the tree; climbs up to the top branch; drops the plums into a basket; carries the basket to the cellar; boils the plums with honey
Drawing a map: climbs to the top of the tower; looks over the whole valley; draws the river on the paper; adds the towns one by one; rolls the map into a tube
`
  .trim()
  .split('\n')
  .map((line) => {
    const [label, steps] = line.split(': ') as [string, string]
    return { label, steps: steps.split('; ') }
  })
