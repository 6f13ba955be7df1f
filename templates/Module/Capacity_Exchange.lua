-- Capacity Exchange: the boxes of its templates, in the reader's language.
--
-- {{#invoke:⧼module⧽|profile}} and its like stand in the templates and read the parameters that these
-- were given. On any page: {{#invoke:⧼module⧽|count|wikidata}}, {{#invoke:⧼module⧽|list|wikidata}}.

local exchange = {}

local BASE = 'Module:⧼module⧽/'
local SUBTLE = 'color:var(--color-subtle,#54595d)'
local SURFACE = 'background:var(--background-color-base,#fff);color:var(--color-base,#202122)'
local BORDER = '1px solid var(--border-color-subtle,#c8ccd1)'
local MARKED = 'border:' .. BORDER .. ';border-inline-start:4px solid var(--border-color-progressive,#36c);border-radius:4px;overflow-wrap:anywhere'

-- Not needed for bars, of which a page may have a thousand.
local function words()
	return require( BASE .. 'words' )
end

local function items()
	return require( BASE .. 'items' )
end

-- Return the first of these parameters that says something, trimmed; else nil.
local function given( args, ... )
	for _, name in ipairs{ ... } do
		local value = args[name]
		if value and value:find( '%S' ) then
			return mw.text.trim( value )
		end
	end
end

-- Return the parameters of the template that calls, and who reads.
local function called( frame )
	local parent = frame:getParent() or frame
	return parent.args, words().reader( frame, given( frame.args, 'lang' ) )
end

local function tag( name, attributes, content )
	return '<' .. name .. ' ' .. attributes .. '>' .. content .. '</' .. name .. '>'
end

local function style( css )
	return 'style="' .. css .. '"'
end

-- Return what somebody wrote so that it keeps its order among letters of another direction.
local function isolated( text )
	return text and '<bdi>' .. text .. '</bdi>'
end

local function speaks( reader )
	return 'lang="' .. reader.language .. '" dir="' .. reader.direction .. '"'
end

local function heading( text )
	return tag( 'div', 'role="heading" style="font-weight:bold"', text )
end

local function portal( label )
	return '[[' .. words().setting( 'portal' ) .. '|' .. label .. ']]'
end

-- Return the category of profiles, on pages where one may count.
local function category()
	local space = mw.title.getCurrentTitle().namespace
	if space == 0 or space == 2 or space == 4 then
		return '[[Category:' .. words().setting( 'category' ) .. ']]'
	end
	return ''
end

-- Return a list of capacities, which begins on a line of its own.
local function list( reader, value )
	local text, aligned = items().list( reader, value )
	local direction = aligned and reader.direction or 'auto'
	return tag( 'div', 'dir="' .. direction .. '" style="padding-inline-end:1.2em"', '\n' .. text .. '\n' )
end

-- Return a fact with its label; nothing where there is none.
local function row( reader, key, value )
	if not value then
		return ''
	end
	return tag( 'div', style( 'min-width:0' ),
		tag( 'dt', style( 'margin:0;font-size:.875em;font-weight:normal;' .. SUBTLE ), words().text( reader, key ) )
		.. tag( 'dd', style( 'margin:0' ), value ) )
end

local function rows( css, ... )
	local grid = 'display:grid;grid-template-columns:repeat(auto-fill,minmax(min(11em,100%),1fr));gap:.5em 1.5em;margin:' .. css
	return tag( 'dl', style( grid ), table.concat{ ... } )
end

local function details( reader, value )
	return value and items().details( reader, value )
end

-- Return names as they are written: a list on lines of its own, anything else without the margins of a paragraph.
local function named( value )
	local block = value and ( value:find( '\n' ) or value:find( '^[*#:;]' ) )
	return value and tag( 'div', 'dir="auto"', block and '\n' .. value .. '\n' or value )
end

-- -- The profile ------------------------------------------------------------------------------------

local function kind( reader, args )
	local written = given( args, 'kind', 'type' )
	local id = written and words().find( 'kinds', written )
	if not written or id then
		return words().text( reader, 'kind-' .. ( id or 'person' ) )
	end
	return items().as_written( written )
end

local function place( reader, args )
	local country, region = given( args, 'country' ), given( args, 'region' )
	local found = {}
	if country then
		table.insert( found, items().place( reader, 'countries', country ) )
	end
	if region then
		table.insert( found, items().place( reader, 'regions', region ) )
	end
	return found[1] and table.concat( found, '&#32;·&#32;' )
end

local function half( reader, key, value )
	local shown = value and list( reader, value )
		or tag( 'div', style( SUBTLE ), words().text( reader, 'nothing-yet' ) )
	return tag( 'div', style( 'flex:1 1 16em;min-width:0' ), heading( words().text( reader, key ) ) .. '\n' .. shown )
end

local function foot( reader )
	local edit = tostring( mw.title.getCurrentTitle():fullUrl( 'action=edit' ) )
	return tag( 'div', style( 'margin-top:.75em;font-size:.875em;' .. SUBTLE ),
		'<span class="plainlinks">[' .. edit .. ' ' .. words().text( reader, 'edit' ) .. ']</span> · '
		.. portal( words().text( reader, 'what-is-this' ) ) )
end

-- {{Capacity Exchange profile}}
function exchange.profile( frame )
	local args, reader = called( frame )
	local text = words().text
	local languages = given( args, 'languages', 'language' )
	local away, about, example = given( args, 'away until', 'away' ), given( args, 'about' ), given( args, 'example' )
	local head = tag( 'div', style( 'display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;gap:.25em 1em;padding:.6em 1em;border-bottom:' .. BORDER .. ';background:var(--background-color-progressive-subtle,#eaf3ff);color:var(--color-base,#202122)' ),
		tag( 'div', 'role="heading" style="font-size:1.15em;font-weight:bold"', '<span aria-hidden="true">⇄</span> ' .. portal( text( reader, 'title' ) ) )
		.. tag( 'div', style( SUBTLE ), kind( reader, args ) ) )
	local absent = away and text( reader, 'away', items().day( away ) ) or not example and words().is_unheard() and text( reader, 'unheard' )
	if absent then
		head = head .. tag( 'div', style( 'padding:.5em 1em;border-bottom:' .. BORDER .. ';background:var(--background-color-warning-subtle,#fef6e7);color:var(--color-base,#202122)' ), absent )
	end
	local body = tag( 'div', style( 'display:flex;flex-wrap:wrap;gap:.75em 2em' ),
		half( reader, 'offers', given( args, 'offers', 'offer' ) )
		.. half( reader, 'wants', given( args, 'wants', 'want', 'needs' ) ) )
	if about then
		body = body .. tag( 'div', 'dir="auto" style="margin:.5em 0"', '\n' .. about .. '\n' )
	end
	body = body .. rows( '.75em 0 0;padding:.75em 0 0;border-top:' .. BORDER,
		row( reader, 'languages', languages and items().languages( reader, languages ) ),
		row( reader, 'place', place( reader, args ) ),
		row( reader, 'affiliations', isolated( given( args, 'affiliations', 'affiliation' ) ) ),
		row( reader, 'projects', isolated( given( args, 'projects', 'project' ) ) ),
		row( reader, 'methods', details( reader, given( args, 'methods', 'method' ) ) ),
		row( reader, 'seats', isolated( given( args, 'seats', 'seat' ) or '2' ) ),
		row( reader, 'availability', isolated( given( args, 'availability', 'hours' ) ) ),
		row( reader, 'timezone', isolated( given( args, 'timezone', 'time zone' ) ) ),
		row( reader, 'contact', isolated( given( args, 'contact', 'contacts' ) ) ) )
	return tag( 'div', 'class="capacity-exchange-profile" role="region" aria-label="' .. text( reader, 'title' ) .. '" ' .. speaks( reader ) .. ' '
		.. style( 'box-sizing:border-box;clear:both;max-width:56em;margin:1em 0;border:' .. BORDER .. ';border-radius:8px;overflow:hidden;overflow-wrap:anywhere;' .. SURFACE ),
		head .. tag( 'div', style( 'padding:.75em 1em' ), body .. ( example and '' or foot( reader ) ) ) )
		.. ( example and '' or category() )
end

-- {{Capacity}}: one item of a list.
function exchange.item( frame )
	local args, reader = called( frame )
	local facts = {}
	for _, names in ipairs{ { 'methods', 'method' }, { 'level' }, { 'priority' } } do
		table.insert( facts, details( reader, given( args, unpack( names ) ) ) )
	end
	table.insert( facts, isolated( given( args, 'place', 'where' ) ) )
	local till, note = given( args, 'until', 'deadline' ), given( args, 'note', 'notes' )
	if till then
		table.insert( facts, words().text( reader, 'until', items().day( till ) ) )
	end
	local name = given( args, 1, 'capacity', 'name' )
	local shown = '<b>' .. ( name and items().capacity( reader, name ) or '' ) .. '</b>'
	if facts[1] then
		shown = shown .. tag( 'span', style( SUBTLE ), '&#32;· ' .. table.concat( facts, '&#32;· ' ) )
	end
	if note then
		shown = shown .. '&#32;– ' .. items().as_written( note )
	end
	return tag( 'span', 'class="capacity-exchange-item"', shown )
end

-- {{Capacity Exchange request}}
function exchange.request( frame )
	local args, reader = called( frame )
	local text = words().text
	local till, note = given( args, 'until', 'deadline' ), given( args, 'note', 'notes', 'about' )
	local joined = given( args, 'joined', 'joined by', 'me too' )
	local head = '<span aria-hidden="true">⇄</span> ' .. text( reader, 'request' )
	if till then
		head = head .. '&#32;' .. tag( 'span', style( 'font-weight:normal;' .. SUBTLE ), '· ' .. text( reader, 'until', items().day( till ) ) )
	end
	local body = heading( head ) .. '\n' .. list( reader, given( args, 'want', 'wants', 1 ) or '' )
	if note then
		body = body .. tag( 'div', 'dir="auto"', '\n' .. note .. '\n' )
	end
	body = body .. rows( '.5em 0 0',
		row( reader, 'priority', details( reader, given( args, 'priority' ) ) ),
		row( reader, 'level', details( reader, given( args, 'level' ) ) ),
		row( reader, 'methods', details( reader, given( args, 'methods', 'method' ) ) ),
		row( reader, 'contact', isolated( given( args, 'contact', 'contacts' ) ) ),
		row( reader, 'joined', named( joined ) ) )
	return tag( 'div', 'class="capacity-exchange-request" role="region" aria-label="' .. text( reader, 'request' ) .. '" ' .. speaks( reader ) .. ' '
		.. style( 'box-sizing:border-box;clear:both;max-width:56em;margin:1em 0;padding:.75em 1em;' .. MARKED .. ';' .. SURFACE ),
		body .. tag( 'div', style( 'margin-top:.5em;font-size:.875em' ), portal( text( reader, 'what-is-this' ) ) ) )
		.. category()
end

-- {{Capacity Exchange round}}
function exchange.programme( frame )
	local args, reader = called( frame )
	local text = words().text
	local name, note = given( args, 'name' ), given( args, 'note', 'notes', 'about' )
	local what = given( args, 'capacities', 'capacity', 'topics', 'topic' )
	local opens, closes = given( args, 'opens', 'open', 'opening', 'start' ), given( args, 'closes', 'close', 'closing', 'deadline', 'end' )
	local spoken = given( args, 'language', 'languages' )
	local applicants = given( args, 'applicants', 'applicant', 'applications', 'application', 'participants', 'participant' )
	local organisers = given( args, 'organisers', 'organiser', 'organizers', 'organizer' )
	local body = heading( '<span aria-hidden="true">⇄</span> ' .. text( reader, 'programme' ) .. ( name and ': ' .. isolated( name ) or '' ) )
	if what then
		body = body .. tag( 'div', style( 'font-size:.875em;' .. SUBTLE ), text( reader, 'capacities' ) ) .. '\n' .. list( reader, what )
	end
	if note then
		body = body .. tag( 'div', 'dir="auto"', '\n' .. note .. '\n' )
	end
	body = body .. rows( '.5em 0 0',
		row( reader, 'for', isolated( given( args, 'for', 'audience' ) ) ),
		row( reader, 'opens', opens and items().day( opens ) ),
		row( reader, 'closes', closes and items().day( closes ) ),
		row( reader, 'round-seats', isolated( given( args, 'seats', 'seat', 'places', 'place' ) ) ),
		row( reader, 'languages', spoken and items().languages( reader, spoken ) ),
		row( reader, 'organisers', named( organisers ) ) )
	body = body .. tag( 'div', style( 'margin-top:.75em;font-weight:bold' ), text( reader, 'applicants' ) )
		.. tag( 'p', style( 'margin:.25em 0;' .. SUBTLE ), text( reader, 'programme-apply' ) )
		.. ( applicants and tag( 'div', 'dir="auto"', '\n' .. applicants .. '\n' ) or '' )
	return tag( 'div', 'class="capacity-exchange-round" role="region" aria-label="' .. text( reader, 'programme' ) .. '" ' .. speaks( reader ) .. ' '
		.. style( 'box-sizing:border-box;clear:both;max-width:56em;margin:1em 0;padding:.75em 1em;' .. MARKED .. ';' .. SURFACE ),
		body .. foot( reader ) )
end

-- -- The notice -------------------------------------------------------------------------------------

-- {{Capacity Exchange notice}}: what was answered, and what of it was understood.
function exchange.notice( frame )
	local args = frame:getParent().args
	local id = 'class="capacity-exchange-notice" id="capacity-exchange-' .. ( args.id or '' ) .. '"'
	local heard, unclear = given( args, 'heard' ), given( args, 'unclear' )
	local shown = {}
	for number = 0, 3 do
		local answer = given( args, 'status' .. ( number > 0 and number or '' ) )
		if answer then
			table.insert( shown, ( number > 0 and number .. ': ' or '' ) .. '<b><bdi>' .. answer .. '</bdi></b>' )
		end
	end
	if not ( heard or unclear or shown[1] ) then
		return tag( 'span', id, '' )
	end
	local reader = words().reader( frame, given( args, 'lang' ) )
	local sign, said = '⇄', nil
	if heard then
		sign, said = '✓', heard
	elseif unclear then
		sign, said = '?', words().text( reader, 'notice-unclear' )
	else
		said = words().text( reader, 'notice-answered' ) .. '&#32;' .. table.concat( shown, '&#32;' )
	end
	return tag( 'div', id .. ' ' .. speaks( reader ) .. ' '
		.. style( 'box-sizing:border-box;max-width:56em;margin:.5em 0;padding:.4em .8em;' .. MARKED .. ';background:var(--background-color-neutral-subtle,#f8f9fa);color:var(--color-base,#202122)' ),
		'<span aria-hidden="true">' .. sign .. '</span> ' .. said )
end

-- Return a link to a new section with an answer in it.
local function answer_link( reader, notice, page, said, shown )
	local title = words().notice( reader, 'title' ):gsub( '%$1', ( said:gsub( '%%', '%%%%' ) ) )
	local encode = mw.uri.encode
	local query = 'action=edit&section=new&preload=' .. encode( words().setting( 'answer' ) )
		.. '&preloadparams%5B%5D=' .. encode( notice ) .. '&preloadparams%5B%5D=' .. encode( said )
		.. '&preloadtitle=' .. encode( title )
	return '[' .. tostring( mw.uri.fullUrl( page, query ) ) .. ' ' .. shown .. ']'
end

-- Return the names of the answers in their order: those to a suggestion, or those that `only` names.
local function answer_names( only )
	local names = {}
	for name in ( only or words().setting( 'answers' ) ):gmatch( '[%w-]+' ) do
		table.insert( names, name )
	end
	return names
end

-- {{Capacity Exchange notice/answers|ID|language|count}}: the answers to so many suggestions as links;
-- `only=` names those that fit.
function exchange.answers( frame )
	local args = frame:getParent().args
	local notice, count = args[1] or '', tonumber( args[3] )
	if not count or count < 0 or count > 3 then
		return ''
	end
	local reader = words().reader( frame, ( given( args, 2 ) or 'en' ) )
	local here = mw.title.getCurrentTitle()
	local page = given( args, 'page' ) or ( here.talkPageTitle or here ).nsText .. ':' .. here.rootText
	local web = words().setting( 'web_address' )
	if count == 0 then
		local stop = words().notice( reader, 'stop' )
		return tag( 'span', 'class="plainlinks"', answer_link( reader, notice, page, stop, stop ) )
	end
	local links, tool = {}, {}
	for _, name in ipairs( answer_names( given( args, 'only' ) ) ) do
		local word, numbered = words().notice( reader, name ), {}
		for number = 1, count do
			if count == 1 or name == 'stop' then
				numbered = { answer_link( reader, notice, page, word, word ) }
			else
				local shown = number == 1 and word .. ' 1' or tostring( number )
				table.insert( numbered, answer_link( reader, notice, page, number .. ' ' .. word, shown ) )
			end
		end
		table.insert( links, table.concat( numbered, ' ' ) )
		if web then
			table.insert( tool, '[' .. web .. '/answer/' .. notice .. '/' .. name .. '?uselang=' .. reader.language .. ' ' .. word .. ']' )
		end
	end
	local said = words().notice( reader, 'reply' ):gsub( '%$1', ( table.concat( links, ' · ' ):gsub( '%%', '%%%%' ) ) )
	if web then
		said = said .. ' ' .. words().notice( reader, 'reply-web' ):gsub( '%$1', ( table.concat( tool, ' · ' ):gsub( '%%', '%%%%' ) ) )
	end
	local line = words().is_unreviewed( reader, 'notice' ) and '<br>' .. words().setting( 'unreviewed' ) or ''
	return tag( 'span', 'class="plainlinks"', said ) .. line
end

-- -- Bars and figures -------------------------------------------------------------------------------

-- {{Capacity Exchange bar|7|10}}
function exchange.bar( frame )
	local args = frame:getParent().args
	local value, most = tonumber( args[1] or 0 ), tonumber( args[2] or 1 )
	local share = value and most and most > 0 and math.floor( 100 * value / most ) or 0
	share = math.max( 0, math.min( 100, share ) )
	return tag( 'span', 'class="capacity-exchange-bar" aria-hidden="true" '
		.. style( 'display:inline-block;vertical-align:middle;width:6em;height:.7em;border-radius:2px;overflow:hidden;background:var(--background-color-neutral,#eaecf0)' ),
		tag( 'span', style( 'display:block;height:100%;width:' .. share .. '%;background:var(--background-color-progressive,#36c)' ), '' ) )
end

-- Return the figures of a capacity by any of its names, and its id; nil where there is none called so.
local function figures_of( name )
	local id = words().find( 'capacities', name or '' )
	local all = mw.text.jsonDecode( words().read( 'figures' ) ).capacities or {}
	return id and ( all[id] or { offers = 0, wants = 0 } ), id, all
end

-- {{#invoke:⧼module⧽|count|wikidata}}, |wants}} for those who want it: "3 people offer this".
function exchange.count( frame )
	local reader = words().reader( frame, given( frame.args, 'lang' ) )
	local name = given( frame.args, 1 )
	local figures = figures_of( name )
	if not figures then
		return items().as_written( words().text( reader, 'count-unknown', mw.text.nowiki( name or '' ) ) )
	end
	local which = given( frame.args, 2 ) == 'wants' and 'wants' or 'offers'
	return tag( 'span', speaks( reader ), words().text( reader, 'count-' .. which, tostring( figures[which] ) ) )
end

-- {{#invoke:⧼module⧽|list|wikidata}}: a capacity and what is part of it, with how many offer and want
-- each, the most asked for first; `limit=` says how many (5).
function exchange.list( frame )
	local reader = words().reader( frame, given( frame.args, 'lang' ) )
	local text, name = words().text, given( frame.args, 1 )
	local figures, id, all = figures_of( name )
	if not figures then
		return exchange.count( frame )
	end
	local parts = {}
	for _, part in ipairs( figures.narrower or {} ) do
		table.insert( parts, part )
	end
	local order = {}
	for number, part in ipairs( parts ) do
		order[part] = number
	end
	table.sort( parts, function ( one, other )
		local more, less = all[one].wants + all[one].offers, all[other].wants + all[other].offers
		return more > less or ( more == less and order[one] < order[other] )
	end )
	table.insert( parts, 1, id )
	local lines = {}
	for number, part in ipairs( parts ) do
		if number > ( tonumber( frame.args.limit ) or 5 ) + 1 then
			break
		end
		local of = all[part] or figures
		local called_so, code = words().name( reader, 'capacities', part )
		local shown = code and '<bdi lang="' .. code .. '" dir="' .. words().direction( code ) .. '">' .. called_so .. '</bdi>'
		table.insert( lines, '* <b>' .. ( shown or items().as_written( part ) ) .. '</b>: '
			.. text( reader, 'count-offers', tostring( of.offers ) ) .. ' · ' .. text( reader, 'count-wants', tostring( of.wants ) ) )
	end
	return tag( 'div', 'class="capacity-exchange-list" ' .. speaks( reader ), '\n' .. table.concat( lines, '\n' ) .. '\n' )
end

-- -- Our other pages --------------------------------------------------------------------------------

-- {{#invoke:⧼module⧽|text|until|2027-01-31}}: a message with what it names.
function exchange.text( frame )
	local args = frame.args
	return words().text( words().reader( frame, given( args, 'lang' ) ), given( args, 1 ) or '', args[2], args[3], args[4] )
end

-- {{#invoke:⧼module⧽|lang}} and |dir}}: the language in which we speak to the reader.
function exchange.lang( frame )
	return words().reader( frame, given( frame.args, 'lang' ) ).language
end

function exchange.dir( frame )
	return words().reader( frame, given( frame.args, 'lang' ) ).direction
end

-- {{#invoke:⧼module⧽|held_out}}: that some suggestions wait for a comparison, while they do.
function exchange.held_out( frame )
	local share, reader = words().setting( 'held_out' ), words().reader( frame )
	return share and words().text( reader, 'portal-held-out', share ) or ''
end

-- {{#invoke:⧼module⧽|unreviewed}}: where only a machine translated what the page says, a line that says so.
function exchange.unreviewed( frame )
	return words().is_unreviewed( words().reader( frame ), 'messages' ) and words().setting( 'unreviewed' ) or ''
end

return exchange
