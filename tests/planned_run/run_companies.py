"""Small companies as folders, for tests of the planned run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

MONDAYS = [dt.date(2026, 3, 2) + dt.timedelta(days=7 * week) for week in range(16)]
LAMPS = {
    "settings": "key,value\ntoday,2026-03-02\ntitle,Lamp works\nforecast_weeks,8\n",
    "items": "item,unit,lot_min,lot_multiple\nLAMP,pcs,5,1\nLEG,pcs,1,1\n",
    "bom": "parent,component,qty_per\nLAMP,LEG,2\n",
    "work_centres": "work_centre,name\nW1,Assembly\nW2,Old hall\n",
    "alternates": "work_centre,alternate,time_factor\nW1,W2,1.5\n",
    "capacity": "work_centre,week_start,capacity_h\n" + "".join(f"W1,{day},5\nW2,{day},30\n" for day in MONDAYS),
    "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit,flow_days,scrap_share\nLAMP,10,W1,0.5,0.5,2,0.04\n",
    "supply": "supplier,item,lead_time_days,moq,multiple,price,late_share,late_median_days\nLegs Ltd,LEG,7,10,5,2.5,0.5,4\n",
    "stock": "item,on_hand,safety_stock\nLAMP,10,4\nLEG,60,20\n",
    "receipts": "receipt,item,qty,due\nR1,LEG,40,2026-03-06\n",
    "orders": "order,customer,item,qty,due,priority\nA1,Casa,LAMP,8,2026-03-10,1\nA2,Luce,LAMP,12,2026-03-17,2\nA3,Casa,LAMP,6,2026-03-25,2\n",
}
HISTORY = "item,period,qty\n" + "".join(f"LAMP,2025-W{week:02d},{10 + week % 3}\n" for week in range(10, 53))

PUMPS = {
    "settings": "key,value\ntoday,2026-03-02\ntitle,Pump works\n",
    "items": "item,unit,lot_min,lot_multiple,lot_max,lot_rule,lot_days\nPUMP,pcs,4,1,,period,5\nMOTOR,pcs,6,2,10,,\nCASE,pcs,1,1,,,\nWIRE,pcs,1,1,,,\n",
    "bom": "parent,component,qty_per\nPUMP,MOTOR,1\nPUMP,CASE,1\nMOTOR,WIRE,3\n",
    "work_centres": "work_centre,calendar,machines,supplier\nWIND,DAY,1,\nFIT,DAY,2,\nHAND,DAY,1,\nCOAT,DAY,1,Lack\n",
    "calendars": "calendar,weekday,start,end\n" + "".join(f"DAY,{day},07:00,15:00\n" for day in range(1, 6)),
    "closures": "calendar,first,last\nDAY,2026-04-03,2026-04-06\n",
    "alternates": "work_centre,alternate,item,step,preference,time_factor\nWIND,HAND,MOTOR,10,2,1.5\n",
    "routings": "item,step,work_centre,setup_h_per_lot,run_h_per_unit,flow_days,flow_cv\n"
    "MOTOR,10,WIND,1,0.8,1,0.3\nMOTOR,20,FIT,0.5,0.4,2,0.3\nPUMP,10,FIT,0.5,0.6,1,0.2\nPUMP,20,COAT,0,0,2,0\n",
    "price_breaks": "supplier,item,from_qty,price\nDraht,WIRE,250,0.35\n",
    "supply": "supplier,item,lead_time_days,moq,multiple,price,late_share,weekly_capacity\nGuss,CASE,14,10,1,18,0.3,18\nDraht,WIRE,7,100,50,0.4,0.3,\n",
    "stock": "item,on_hand\nPUMP,6\nMOTOR,8\nCASE,12\nWIRE,90\n",
    "orders": "order,line,customer,item,qty,due,priority,min_shipment\n"
    + "".join(
        f"O{k},10,K{k % 3},{'PUMP' if k % 4 else 'MOTOR'},{3 + k * 5 % 9},{MONDAYS[0] + dt.timedelta(days=2 + 3 * k)},{1 + k % 3},{2 if k % 2 else ''}\n"
        for k in range(18)
    ),
    "substitutes": "item,substitute,rank\nMOTOR,PUMP,1\n",
    "other_sites": "site,item,available,available_from,transit_days\nModena,PUMP,5,2026-03-20,2\n",
}

CHAIRS = LAMPS | {
    "settings": "key,value\ntoday,2026-03-02\ntitle,Chair works\nforecast_weeks,8\n",
    "history": HISTORY,
    "orders": "order,customer,channel,item,qty,due,priority,max_late_days\nA1,Casa,web,LAMP,8,2026-03-10,1,20\nA2,Luce,shop,LAMP,12,2026-03-17,2,\n",
    "order_classes": "segment,strategy,rank,by,value\nkey,win,1,customer,Luce\nrest,gain,2,all,\n",
}


def company(folder: Path, tables: dict[str, str]) -> Path:
    """Write a company."""
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder
