// What stands on the cards of every board that is measured.

export const ideas = [
  'Låna verktyg av varandra i stället för att köpa nya',
  'En gemensam ingång för synpunkter som rör flera förvaltningar',
  'Visa vad som hände med förslaget, och varför det dröjde',
  'Halvtid på två ställen under ett år: den som bytt plats berättar',
]

/** Some 60 characters, different for each card. */
export const cardText = (i) => `${ideas[i % ideas.length]} (${i})`
