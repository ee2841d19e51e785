"""The answer to a customer: offers made of free goods, ranked, and why the others are refused; a book promised again.

`sources` lay out what can be delivered from where and when, `offers` are the ways to serve a wish from them,
`alternatives` ranks them and says why-not, `rebook` promises a whole book again and keeps what was promised.
"""
