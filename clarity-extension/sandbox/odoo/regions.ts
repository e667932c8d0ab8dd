/** Code and name of regions by country, as Odoo knows them; a real Odoo knows those of more countries. */
export const regions: Record<string, string> = {
  AU: `
    ACT Australian Capital Territory; NSW New South Wales; NT Northern Territory; QLD Queensland; SA South
    Australia; TAS Tasmania; VIC Victoria; WA Western Australia`,
  CA: `
    AB Alberta; BC British Columbia; MB Manitoba; NB New Brunswick; NL Newfoundland and Labrador; NS Nova Scotia;
    NT Northwest Territories; NU Nunavut; ON Ontario; PE Prince Edward Island; QC Quebec; SK Saskatchewan; YT
    Yukon`,
  DE: `
    DE-BB Brandenburg; DE-BE Berlin; DE-BW Baden-Württemberg; DE-BY Bayern; DE-HB Bremen; DE-HE Hessen; DE-HH
    Hamburg; DE-MV Mecklenburg-Vorpommern; DE-NI Niedersachsen; DE-NW Nordrhein-Westfalen; DE-RP Rheinland-Pfalz;
    DE-SH Schleswig-Holstein; DE-SL Saarland; DE-SN Sachsen; DE-ST Sachsen-Anhalt; DE-TH Thüringen`,
  IT: `
    AG Agrigento; AL Alessandria; AN Ancona; AO Aosta; AP Ascoli Piceno; AQ L'Aquila; AR Arezzo; AT Asti; AV
    Avellino; BA Bari; BG Bergamo; BI Biella; BL Belluno; BN Benevento; BO Bologna; BR Brindisi; BS Brescia; BT
    Barletta-Andria-Trani; BZ Bolzano; CA Cagliari; CB Campobasso; CE Caserta; CH Chieti; CI Carbonia-Iglesias; CL
    Caltanissetta; CN Cuneo; CO Como; CR Cremona; CS Cosenza; CT Catania; CZ Catanzaro; EN Enna; FC Forlì-Cesena;
    FE Ferrara; FG Foggia; FI Firenze; FM Fermo; FR Frosinone; GE Genova; GO Gorizia; GR Grosseto; IM Imperia; IS
    Isernia; KR Crotone; LC Lecco; LE Lecce; LI Livorno; LO Lodi; LT Latina; LU Lucca; MB Monza e Brianza; MC
    Macerata; ME Messina; MI Milano; MN Mantova; MO Modena; MS Massa-Carrara; MT Matera; NA Napoli; NO Novara; NU
    Nuoro; OG Ogliastra; OR Oristano; OT Olbia-Tempio; PA Palermo; PC Piacenza; PD Padova; PE Pescara; PG Perugia;
    PI Pisa; PN Pordenone; PO Prato; PR Parma; PT Pistoia; PU Pesaro e Urbino; PV Pavia; PZ Potenza; RA Ravenna;
    RC Reggio Calabria; RE Reggio Emilia; RG Ragusa; RI Rieti; RM Roma; RN Rimini; RO Rovigo; SA Salerno; SI
    Siena; SO Sondrio; SP La Spezia; SR Siracusa; SS Sassari; SU Sud Sardegna; SV Savona; TA Taranto; TE Teramo;
    TN Trento; TO Torino; TP Trapani; TR Terni; TS Trieste; TV Treviso; UD Udine; VA Varese; VB
    Verbano-Cusio-Ossola; VC Vercelli; VE Venezia; VI Vicenza; VR Verona; VS Medio Campidano; VT Viterbo; VV Vibo
    Valentia`,
  US: `
    AA Armed Forces Americas; AE Armed Forces Europe; AK Alaska; AL Alabama; AP Armed Forces Pacific; AR Arkansas;
    AS American Samoa; AZ Arizona; CA California; CO Colorado; CT Connecticut; DC District of Columbia; DE
    Delaware; FL Florida; FM Federated States of Micronesia; GA Georgia; GU Guam; HI Hawaii; IA Iowa; ID Idaho; IL
    Illinois; IN Indiana; KS Kansas; KY Kentucky; LA Louisiana; MA Massachusetts; MD Maryland; ME Maine; MH
    Marshall Islands; MI Michigan; MN Minnesota; MO Missouri; MP Northern Mariana Islands; MS Mississippi; MT
    Montana; NC North Carolina; ND North Dakota; NE Nebraska; NH New Hampshire; NJ New Jersey; NM New Mexico; NV
    Nevada; NY New York; OH Ohio; OK Oklahoma; OR Oregon; PA Pennsylvania; PR Puerto Rico; PW Palau; RI Rhode
    Island; SC South Carolina; SD South Dakota; TN Tennessee; TX Texas; UT Utah; VA Virginia; VI Virgin Islands;
    VT Vermont; WA Washington; WI Wisconsin; WV West Virginia; WY Wyoming`,
}
