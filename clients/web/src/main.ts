import { mount } from 'svelte'
import App from './App.svelte'
import { startNavigation } from './navigation.svelte'
import './styles/tokens.css'
import './styles/base.css'

startNavigation()
mount(App, { target: document.getElementById('app')! })
