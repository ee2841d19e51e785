"""What happens in a run of stock points that refill by rules: a section of docs/data.md."""

NETWORK_RUN = """\
## Network run: stock points that refill by rules

`e2esim run FOLDER` makes this run where a company has a table `replenishment`, or a table `demand` with no table `orders` beside it, and no market
layer. `items` and `demand` are enough: every stock point then orders what was taken, from outside,
which has it after the item's `lead_time_d`, and the run says so. Examples stand
below `scenarios/textbook`.

### The network

A *stock point* is an item at a site. Goods come to it by three kinds of operation: **make** (at a plant, from the components of the bill, through the
routing or after a lead time), **buy** (a supplier has everything) and **move** (a lane from another site). Several sources share the orders of a stock
point by `share` (each order goes whole to the source furthest behind its share) or stand by in order of `priority` (the first that can deliver at once;
if none can, the first). Every order, of customers and between sites, is a line of one book from a site to a site.

### What happens at one moment

| Moment | What |
|---|---|
| receive | goods that are due come on hand; lines that wait are served, by priority, then first come first served; then works orders that wait for material |
| demand | customers ask; orders that were delayed (`order_delay_d`) reach their source |
| order | rules review positions, the stock points nearest to the customers first; an order without delay reaches its source at once |
| count | stock, backlog and goods under way are counted and, with `network.costs_at: count`, cost |

`network.sequence` puts the four in order. Textbooks differ: newsvendor and (s, S) with lead time 0 are `order receive demand count`, lost sales with a
lead time `receive order demand count`, serial systems under echelon base stock `receive demand order count`, the beer game `receive demand count order`.
With `network.costs_at: time` stock and backlog cost in proportion to the time they lie and wait. Goods that arrive at a moment whose place in the
sequence has passed are received next. Equal things go in order of their names: nothing depends on the order of rows or files. Times are kept to
20 microseconds.

### Rules

The *position* is on hand + on order - what customers, other sites and works orders wait for; with `echelon`, all goods below the stock point as well.

| Rule | Orders |
|---|---|
| base_stock | up to `level` (plus the forecast of `cover_d`) at every review |
| s_S, min_max | up to `level` when the position is at (`trigger` at) or below `reorder` |
| r_Q | as many `quantity` as lift the position over `reorder` |
| periodic | `quantity` at every review |
| drp | up to `level` plus the demand expected over `cover_d`, of own customers and, a lead time earlier, of everything downstream |
| plan | what net requirements say must be ordered before the next review: what customers ask for by date or at their expected rate and planned orders \
downstream, less stock and what is on order, above the safety stock `level`; a planned lead time and `cover_d` earlier, days off of trucks, suppliers and \
work centres counted, queues not |
| none | nothing |

Works orders start whole (in part where they have no routing and `partial` holds), when all their components are on hand and the shop has fewer works
orders of the item than `wip_limit`. Works of one item that lack a component do not keep it from others. A work centre works in the shifts of its
`calendar`, a works order that is not done at their end goes on at the next; a supplier with a `calendar` counts its own days of a lead time on its working
days alone. Hours that table `capacity` states by week go before a calendar. A machine with `mtbf_h` breaks down while it works and is repaired in working
time (both exponential); the works order waits at it, and the time counts as use of the work centre.

"""
